// Every page on a phone, down to 320 pixels; dark and in German, too.
import { phone } from './browser.mjs';
import { testLooks } from './looks.mjs';

testLooks([
  ['on a phone', phone, [{ width: 320, height: 640 }]],
  ['on a phone, dark, in German', { ...phone, colorScheme: 'dark', locale: 'de-DE' }],
]);
