import { doublePaymentSuite } from './processes/double-payments.ts';

doublePaymentSuite(1_000);
