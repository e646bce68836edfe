import { flood } from './flood.ts';
import { roundTrip } from './round-trip.ts';

console.log(JSON.stringify(await { roundTrip, flood }[process.argv[2]].run(), null, 1));
