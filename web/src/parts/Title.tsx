import { Title as Heading } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigationType } from 'react-router'

/** The heading of a page, which is also the name of its tab. After navigation it takes the focus, so that screen readers announce the new page. */
export function Title({ children }: { children: string }) {
  const { t } = useTranslation()
  const heading = useRef<HTMLHeadingElement>(null)
  const came = useNavigationType() !== 'POP'
  useEffect(() => {
    if (came) {
      heading.current?.focus({ preventScroll: true })
    }
    // Once, when the page has come.
  }, [])
  useEffect(() => {
    document.title = `${children} · ${t('shell.name')}`
  }, [children, t])
  return (
    <Heading order={1} size="h2" ref={heading} tabIndex={-1}>
      {children}
    </Heading>
  )
}
