// Every page on a phone, dark, in German.
import { phone } from './browser.mjs';
import { testLooks } from './looks.mjs';

testLooks([['on a phone, dark, in German', { ...phone, colorScheme: 'dark', locale: 'de-DE' }]]);
