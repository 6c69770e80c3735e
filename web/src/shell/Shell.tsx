import { ActionIcon, Alert, Anchor, Button, Container, Group, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, NavLink, Outlet, useLocation, useNavigationType } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useMe, useOtherTab, useSandbox, type Person } from '../api/session'
import icon from '../icon.svg'
import { Boundary, fetched, orElse } from '../parts/Boundary'
import { languages, speak } from '../texts'

// What a first visitor does not need is fetched when it is: menus and dialogs are a good part of the library.
const Account = lazy(orElse(() => import('./Account'), AccountLink))
const SignInChanged = lazy(orElse(() => import('./SignInChanged'), PlainSignInChanged))

// Only a sandbox has it.
const Ribbon = lazy(fetched(() => import('../lab/Ribbon')))

/** What stands around every page: where one can go, who one is, and what there is new. */
export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const sandbox = useSandbox()
  // Another tab has signed in as another person, or out: commands of this one would be that person's.
  const other = useOtherTab()
  const [unspoken, setUnspoken] = useState(false)
  const { pathname } = useLocation()
  const how = useNavigationType()
  useEffect(() => {
    if (how === 'PUSH') {
      scrollTo(0, 0)
    }
  }, [pathname, how])
  return (
    <>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <header className="head" inert={other !== undefined}>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Anchor component={Link} to="/" underline="never" c="inherit" aria-label={t('shell.name')}>
              <Group gap="xs" wrap="nowrap">
                <img src={icon} alt="" width={32} height={32} />
                <Text fw={700} size="lg" className="name">
                  {t('shell.name')}
                </Text>
              </Group>
            </Anchor>
            <Group gap="xs" wrap="nowrap" visibleFrom="md" component="nav" aria-label={t('shell.places')}>
              <Places />
            </Group>
            <Group gap="xs" wrap="nowrap">
              {me && <Notices />}
              <Languages onFail={setUnspoken} />
              <Light />
              <Who />
            </Group>
          </Group>
        </Container>
      </header>
      <main id="main" tabIndex={-1} inert={other !== undefined}>
        <Container size="lg" px={0}>
          <Offline />
          <div role="status">
            {unspoken && (
              <Alert color="orange" mb="md" title={t('answers.unreachable')}>
                {t('shell.unspoken')}
              </Alert>
            )}
          </div>
          <Boundary>
            {sandbox && (
              <Suspense fallback={null}>
                <Ribbon />
              </Suspense>
            )}
            <Outlet />
          </Boundary>
        </Container>
      </main>
      <Group className="foot" hiddenFrom="md" component="nav" inert={other !== undefined} aria-label={t('shell.places')} justify="space-around" wrap="nowrap" gap={0} py={6}>
        <Places />
      </Group>
      {other !== undefined && (
        <Suspense fallback={null}>
          <SignInChanged other={other} />
        </Suspense>
      )}
    </>
  )
}

function Offline() {
  const { t } = useTranslation()
  const { online } = useNetwork()
  return (
    <div role="status">
      {!online && (
        <Alert color="orange" mb="md" title={t('fault.offline')}>
          {t('fault.offlineHow')}
        </Alert>
      )}
    </div>
  )
}

/** The same in plain words, as long as its dialog cannot be fetched. */
function PlainSignInChanged() {
  const { t } = useTranslation()
  return (
    <div className="cover" role="alert">
      <p>{t('otherTab.title')}</p>
      <button type="button" onClick={() => location.reload()}>
        {t('fault.reload')}
      </button>
    </div>
  )
}

/** The account as a link, as long as its menu is not there. */
function AccountLink({ me }: { me: Person }) {
  return (
    <Button component={Link} to="/me" variant="default" size="compact-md" className="account">
      <Text span inherit truncate lh={1.5}>
        {me.name}
      </Text>
    </Button>
  )
}

function Places() {
  const { t } = useTranslation()
  const me = useMe()
  const sandbox = useSandbox()
  return (
    <>
      <Place to="/">{t('shell.search')}</Place>
      {me && <Place to="/trades">{t('shell.trades')}</Place>}
      {me && <Place to="/selling">{t('shell.selling')}</Place>}
      {me?.isOperator && <Place to="/operating">{t('shell.operating')}</Place>}
      {sandbox && <Place to="/lab">{t('shell.lab')}</Place>}
      {sandbox && <Place to="/tour">{t('shell.tour')}</Place>}
    </>
  )
}

function Place({ to, children }: { to: string; children: ReactNode }) {
  const here = useLocation().pathname
  const isHere = to === '/' ? here === '/' : here.startsWith(to)
  return (
    <Button component={NavLink} to={to} variant={isHere ? 'light' : 'subtle'} color={isHere ? 'teal' : 'gray'} c={isHere ? undefined : 'inherit'} size="compact-md" px="xs">
      {children}
    </Button>
  )
}

function Notices() {
  const { t } = useTranslation()
  const unread = useAsked(['notice', 'unread'], () => GET('/api/notices', { params: { query: { limit: 1 } } })).data?.unread ?? 0
  return (
    <span className="bell">
      <ActionIcon component={Link} to="/notices" variant="subtle" color="gray" c="inherit" size="lg" aria-label={t('shell.notices', { count: unread })}>
        <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden>
          <path d="M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0" />
        </svg>
      </ActionIcon>
      {unread > 0 && (
        <span className="unread" aria-hidden>
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </span>
  )
}

/** @param onFail told whether the texts of the other language could not be fetched */
function Languages({ onFail }: { onFail: (hasFailed: boolean) => void }) {
  const { t, i18n } = useTranslation()
  const [isBusy, setBusy] = useState(false)
  const other = languages.find((language) => language !== i18n.language)!
  const change = async () => {
    setBusy(true)
    onFail(
      await speak(other).then(
        () => false,
        () => true,
      ),
    )
    setBusy(false)
  }
  return (
    <Button
      variant="subtle"
      color="gray"
      c="inherit"
      size="compact-md"
      px={6}
      loading={isBusy}
      onClick={() => void change()}
      aria-label={t('shell.speak', { language: other.toUpperCase() })}
    >
      {other.toUpperCase()}
    </Button>
  )
}

function Light() {
  const { t } = useTranslation()
  const { setColorScheme } = useMantineColorScheme()
  const isDark = useComputedColorScheme('light') === 'dark'
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="inherit"
      size="lg"
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
      aria-label={isDark ? t('shell.light') : t('shell.dark')}
    >
      <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden>
        <circle cx="12" cy="12" r="8" />
        <path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" />
      </svg>
    </ActionIcon>
  )
}

function Who() {
  const { t } = useTranslation()
  const me = useMe()
  if (me === undefined) {
    return null
  }

  if (me === null) {
    return (
      <Button component={Link} to="/sign-in" size="compact-md">
        {t('shell.signIn')}
      </Button>
    )
  }

  return (
    <Suspense fallback={<AccountLink me={me} />}>
      <Account me={me} />
    </Suspense>
  )
}
