import { providerConformance } from '../testing/conformance.ts';
import { alipayMishaps, alipayScene } from './testing/scene.ts';

providerConformance('Alipay, by a code to scan,', () => alipayScene('qr'), alipayMishaps);
// The page is opened without asking anybody, so nothing can befall that.
providerConformance('Alipay, by a page to go to,', () => alipayScene('page'), []);
