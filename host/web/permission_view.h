#pragma once
// Permissions as people know them from the provider's own page: "Employees → Read".
#include <string>
#include <vector>

#include "accounts/needed_fields.h"
#include "accounts/permission_report.h"
#include "manifest/manifest.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

std::string permission_label(const manifest::Manifest& manifest, const Language& language,
                             const manifest::PermissionRef& permission);

// One view per module with the boxes to tick: label, description, read, write, required.
std::vector<View> permission_boxes(const manifest::Manifest& manifest, const Language& language,
                                   const std::vector<manifest::PermissionRef>& permissions);

// The same as plain text to copy, a line for each module: "Employees: Read, Write".
std::string permission_lines(const manifest::Manifest& manifest, const Language& language,
                             const std::vector<manifest::PermissionRef>& permissions);

// One view per module for the report: label and, for read and write, a cell with its state.
std::vector<View> permission_table(const manifest::Manifest& manifest, const Language& language,
                                   const std::vector<accounts::PermissionLine>& lines);

// "Company number, Key".
std::string field_names(const manifest::Manifest& manifest, const Language& language,
                        const accounts::FieldPtrs& fields);

std::size_t granted_count(const std::vector<accounts::PermissionLine>& lines);

}  // namespace patchbay::web
