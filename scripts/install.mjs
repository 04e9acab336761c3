import { fail, installDependencies } from './lib/prepare.mjs';

await installDependencies().catch(fail);
