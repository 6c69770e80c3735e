import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from './en.json'

/** Each language is a part of the program of its own, fetched when it is spoken. The page that the server sends names the one that it begins with. */
const texts = {
  ko: () => import('./ko.json'),
  en: () => import('./en.json'),
}

type Language = keyof typeof texts

export const languages = Object.keys(texts) as Language[]

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

// The server writes the page in the language that the reader has chosen, or else in the one that the browser asks for.
const first = languages.find((language) => language === document.documentElement.lang) ?? 'en'

/** Fulfilled when the pages can speak. */
export const ready = texts[first]().then((translation) =>
  i18n.use(initReactI18next).init({
    resources: { [first]: { translation: translation.default } },
    lng: first,
    supportedLngs: languages,
    interpolation: { escapeValue: false },
    returnNull: false,
  }),
)

/** Speaks another language from now on. */
export async function speak(language: Language) {
  if (!i18n.hasResourceBundle(language, 'translation')) {
    i18n.addResourceBundle(language, 'translation', (await texts[language]()).default)
  }

  document.cookie = `language=${language}; path=/; max-age=31536000; samesite=lax`
  await i18n.changeLanguage(language)
}

const say = (language: string) => document.documentElement.setAttribute('lang', language)
i18n.on('languageChanged', say)
say(first)

export default i18n
