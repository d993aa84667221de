import { config } from 'zod';

// Schemas try, as they are made, whether they may write themselves as code; the content security policy of our
// pages forbids it, and reports the attempt. So this is the first import of every page.
config({ jitless: true });
