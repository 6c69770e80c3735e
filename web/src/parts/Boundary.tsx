import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { Component, lazy, useEffect, type ComponentType, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { Arriving } from './Answers'
import { LinkButton } from './LinkButton'

/** Part of the program could not be fetched: there is no network, or a newer release has replaced it. */
class ProgramMissing extends Error {}

/** Fetches a part of the program. What fails here is told apart from faults of the program itself. */
export function fetched<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((fault: unknown) => {
      throw new ProgramMissing(String(fault))
    })
}

/** A page, whose part of the program is fetched when it is opened. */
export const page = (load: () => Promise<{ default: ComponentType }>) => lazy(fetched(load))

/** Fetches a part of the program that the page can do without: `Instead` is drawn if it cannot be fetched. */
export function orElse<P>(load: () => Promise<{ default: ComponentType<P> }>, Instead: ComponentType<P>) {
  return () => load().catch(() => ({ default: Instead }))
}

/** A fault on a page leaves what stands around it as it is, and says what to do. */
export function Boundary({ children }: { children: ReactNode }) {
  const { pathname } = useLocation()
  return <Caught at={pathname}>{children}</Caught>
}

class Caught extends Component<{ at: string; children: ReactNode }, { fault: unknown }> {
  override state = { fault: undefined as unknown }

  static getDerivedStateFromError(fault: unknown) {
    return { fault }
  }

  override componentDidUpdate(before: { at: string }) {
    if (before.at !== this.props.at && this.state.fault !== undefined) {
      this.setState({ fault: undefined })
    }
  }

  override render() {
    const { fault } = this.state
    return fault === undefined ? this.props.children : fault instanceof ProgramMissing ? <Missing /> : <Broken />
  }
}

const reloaded = 'reloaded'
const againAfter = 60_000

/** A reload fetches the newer release. It is done by itself once, and then left to the person. */
function Missing() {
  const { t } = useTranslation()
  const byItself = navigator.onLine && Date.now() - Number(sessionStorage.getItem(reloaded)) > againAfter
  useEffect(() => {
    if (byItself) {
      sessionStorage.setItem(reloaded, String(Date.now()))
      location.reload()
    }

    const reload = () => location.reload()
    addEventListener('online', reload)
    return () => removeEventListener('online', reload)
  }, [byItself])
  return byItself ? <Arriving /> : <Told title={t('fault.missing')} text={navigator.onLine ? t('fault.missingHow') : t('fault.offlineHow')} />
}

function Broken() {
  const { t } = useTranslation()
  return <Told title={t('fault.broken')} text={t('fault.brokenHow')} />
}

function Told({ title, text }: { title: string; text: string }) {
  const { t } = useTranslation()
  return (
    <Alert color="orange" role="alert" title={title}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{text}</Text>
        <Group gap="xs">
          <Button size="xs" onClick={() => location.reload()}>
            {t('fault.reload')}
          </Button>
          <LinkButton to="/" size="xs" variant="default">
            {t('nowhere.home')}
          </LinkButton>
        </Group>
      </Stack>
    </Alert>
  )
}
