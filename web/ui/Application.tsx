import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import './styles/index.css';

/** Puts an application on its page. */
export function show(queries: QueryClient, content: ReactNode): void {
  const place = document.getElementById('app');
  if (!place) throw new Error('the page has no place for the application');
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <InLanguage>{content}</InLanguage>
      </QueryClientProvider>
    </StrictMode>,
  );
}

/** Components speak, and write numbers, as the page does. */
function InLanguage({ children }: { readonly children: ReactNode }): ReactNode {
  const { i18n } = useTranslation();
  return <I18nProvider locale={i18n.language}>{children}</I18nProvider>;
}
