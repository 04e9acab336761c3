import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A machine that runs all packages at once is slow; waiting costs nothing where
// all is well.
configure({ asyncUtilTimeout: 15_000 });
jest.setTimeout(60_000);
