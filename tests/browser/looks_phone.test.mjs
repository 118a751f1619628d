// Every page on a phone, down to 320 pixels.
import { phone } from './browser.mjs';
import { testLooks } from './looks.mjs';

testLooks([['on a phone', phone, [{ width: 320, height: 640 }]]]);
