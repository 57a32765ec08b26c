// Light or dark: the system's choice, unless the reader chose otherwise on this machine.
type Theme = 'light' | 'dark';
const kKey = 'underround-theme';

function chosen(): Theme | undefined {
  try {
    const saved = localStorage.getItem(kKey);
    return saved === 'light' || saved === 'dark' ? saved : undefined;
  } catch {
    return undefined; // storage is switched off
  }
}

function current(): Theme {
  return chosen() ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = current();
}

export function bindTheme(button: HTMLElement, onChange: () => void): void {
  button.addEventListener('click', () => {
    try {
      localStorage.setItem(kKey, current() === 'light' ? 'dark' : 'light');
    } catch {
      return;
    }
    applyTheme();
    onChange();
  });
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
    applyTheme();
    onChange();
  });
}
