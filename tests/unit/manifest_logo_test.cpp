#include <gtest/gtest.h>

#include "manifest/logo.h"

namespace patchbay::manifest {
namespace {

std::string svg(const std::string& inside) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\">" + inside + "</svg>";
}

TEST(ManifestLogo, AcceptsShapesAndGradients) {
  EXPECT_EQ(svg_fault(svg("<title>Acme</title><defs><linearGradient id='g'><stop offset='0' "
                          "stop-color='#fff'/></linearGradient></defs>\n<g fill=\"url(#g)\">"
                          "<path d='M0 0L8 8z' transform=\"rotate(45 4,4)\"/></g>")),
            std::nullopt);
  EXPECT_EQ(svg_fault(svg("") + "\n"), std::nullopt);
}

TEST(ManifestLogo, RefusesEverythingThatCouldAct) {
  for (const char* inside : {"<script>alert(1)</script>",
                             "<script/>",
                             "<rect onclick='x'/>",
                             "<rect ONLOAD='x'/>",
                             "<style>*{}</style>",
                             "<rect style='fill:red'/>",
                             "<a href='https://e.example'/>",
                             "<use href='#g'/>",
                             "<image href='x'/>",
                             "<foreignObject/>",
                             "<animate/>",
                             "<set/>",
                             "<rect fill='url(https://e.example/#g)'/>",
                             "<rect fill='URL(x)' href='y'/>",
                             "<rect fill='u&#x72;l(x)'/>",
                             "<rect fill='\\75 rl(x)'/>",
                             "<rect fill='javascript:x'/>",
                             "<rect fill='//e.example'/>",
                             "<!-- x -->",
                             "<![CDATA[x]]>",
                             "<?xml-stylesheet x?>",
                             "<svg xmlns='http://www.w3.org/2000/svg'/>",
                             "<rect xmlns='http://www.w3.org/1999/xhtml'/>",
                             "<title>a &lt;</title>",
                             "text",
                             "<g>",
                             "</g>",
                             "<g></rect>",
                             "<rect fill=red/>",
                             "<rect fill='a'x='1'/>",
                             "<rect fill/>",
                             "<rect fill='a/>",
                             "<",
                             "<rect",
                             "<rect fill="})
    EXPECT_NE(svg_fault(svg(inside)), std::nullopt) << inside;
  for (const char* text :
       {"", "x", "<rect/>", "<!DOCTYPE svg><svg/>", "<?xml version='1.0'?><svg/>", "<svg/><svg/>",
        "<svg/>x", "<svg:svg/>", "\xef\xbb\xbf<svg/>"})
    EXPECT_NE(svg_fault(text), std::nullopt) << text;
}

TEST(ManifestLogo, BoundsElementsAndDepth) {
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "<g/>";
  EXPECT_NE(svg_fault(svg(many)), std::nullopt);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep = "<g>" + deep + "</g>";
  EXPECT_NE(svg_fault(svg(deep)), std::nullopt);
}

TEST(ManifestLogo, LooksAtAPngsHeader) {
  std::string png("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x20", 24);
  EXPECT_EQ(png_fault(png), std::nullopt);
  png[17] = '\x7f';
  EXPECT_NE(png_fault(png), std::nullopt);
  EXPECT_NE(png_fault(""), std::nullopt);
  EXPECT_NE(png_fault("GIF89a"), std::nullopt);
}

}  // namespace
}  // namespace patchbay::manifest
