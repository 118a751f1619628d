// Holds every page and state against page_checks.mjs, in one look after another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeViolations, expectNoComplaints, launch, visitor } from './browser.mjs';
import {
  heavierThanAllowed, invalidHtml, keepSources, layoutShifts, smallTargets, watchShifts, widerThanTheWindow,
} from './page_checks.mjs';
import { startHub } from './start_hub.mjs';
import { tour } from './whole_tour.mjs';

// `looks`: [name, options of the visitor, further window sizes].
export function testLooks(looks) {
  for (const [name, options, sizes = []] of looks) {
    test(`every page is accessible, valid, light and still: ${name}`, async () => {
      const hub = await startHub();
      const browser = await launch();
      const page = await visitor(browser, options);
      await watchShifts(page);
      const source = keepSources(page);
      const found = [];
      const lookAt = async () => [
        ...await widerThanTheWindow(page), ...await axeViolations(page),
        ...(options.isMobile ? await smallTargets(page) : []),
      ];
      try {
        await tour(page, hub, async (where) => {
          found.push(...await layoutShifts(page), ...await heavierThanAllowed(page),
            ...await invalidHtml(await source()), ...await invalidHtml(await page.content()),
            ...await lookAt());
          const { width, height } = page.viewportSize();
          for (const size of sizes) {
            await page.setViewportSize(size);
            found.push(...await lookAt());
          }
          if (sizes.length > 0) await page.setViewportSize({ width, height });
          for (const problem of found) problem.where ??= where;
        });
        assert.deepEqual(found, [], JSON.stringify(found, null, 2));
        expectNoComplaints(page);
      } finally {
        await browser.close();
        await hub.stop();
      }
    });
  }
}
