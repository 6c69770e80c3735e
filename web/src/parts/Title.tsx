import { Title as Heading } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

/** The heading of a page, which is also the name of its tab. */
export function Title({ children }: { children: string }) {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = `${children} · ${t('shell.name')}`
  }, [children, t])
  return (
    <Heading order={1} size="h2">
      {children}
    </Heading>
  )
}
