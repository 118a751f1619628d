// Every page in a wide window, and zoomed to 200 % (half as many CSS pixels).
import { testLooks } from './looks.mjs';

testLooks([['light', {}, [{ width: 640, height: 450 }]]]);
