import { RouterProvider } from '@tanstack/react-router';
import { show } from '../ui/Application.tsx';
import { makeQueryClient } from '../ui/api/query.ts';
import { startTexts } from '../ui/i18n.ts';
import { router } from './router.tsx';
import './styles/shop.css';
import { loadTexts } from './texts/load.ts';

await startTexts(loadTexts, ['shop', 'ui']);
show(makeQueryClient(), <RouterProvider router={router} />);
