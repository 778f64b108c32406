import { doublePaymentSuite } from './processes/double-payments.ts';

/** docs/reliability.md: a double click is one payment, whichever process each of them comes to; the long tier has a thousand. */
doublePaymentSuite(100);
