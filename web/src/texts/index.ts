import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from './en.json'
import ko from './ko.json'

export const languages = ['ko', 'en'] as const

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

const chosen = localStorage.getItem('language')

void i18n.use(initReactI18next).init({
  resources: { en: { translation: en }, ko: { translation: ko } },
  // The program writes into the page what the browser asked for.
  lng: chosen ?? document.documentElement.lang,
  fallbackLng: 'en',
  supportedLngs: languages,
  interpolation: { escapeValue: false },
  returnNull: false,
})

/** Speaks another language from now on. */
export async function speak(language: string) {
  localStorage.setItem('language', language)
  await i18n.changeLanguage(language)
}

const say = (language: string) => document.documentElement.setAttribute('lang', language)
i18n.on('languageChanged', say)
say(i18n.language)

export default i18n
