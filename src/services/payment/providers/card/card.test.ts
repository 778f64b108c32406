import { providerConformance } from '../testing/conformance.ts';
import { cardMishaps, cardScene } from './testing/scene.ts';

providerConformance('Stripe', () => cardScene(), cardMishaps);
