// Every page in a wide window, in dark.
import { testLooks } from './looks.mjs';

testLooks([['dark', { colorScheme: 'dark' }]]);
