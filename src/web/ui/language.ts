/** Imported before all else: libraries ask for the browser's language while they are loaded, and some name none that exists. */

/** A browser on a machine without a locale calls its language `en-US@posix`, at which `Intl` throws. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

if (!isLanguage(navigator.language)) Object.defineProperty(navigator, 'language', { value: 'en' });
