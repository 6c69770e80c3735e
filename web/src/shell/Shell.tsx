import {
  ActionIcon,
  Alert,
  Anchor,
  AppShell,
  Badge,
  Button,
  Container,
  Group,
  Indicator,
  Menu,
  Modal,
  Stack,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { lazy, Suspense, useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, NavLink, Outlet, useLocation, useNavigationType } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { useMe, useOtherTab, useSandbox, useSignOut } from '../api/session'
import icon from '../icon.svg'
import { Refused } from '../parts/Answers'
import { Boundary, fetched } from '../parts/Boundary'
import { languages, speak } from '../texts'

// Most markets are none to play with, and where they are, nobody waits for this to be told.
const Ribbon = lazy(fetched(() => import('../lab/Ribbon')))

/** What stands around every page: where one can go, who one is, and what there is new. */
export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const sandbox = useSandbox()
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
      <AppShell header={{ height: 60 }} padding="md">
        <AppShell.Header>
          <Container size="lg" h="100%">
            <Group h="100%" justify="space-between" wrap="nowrap">
              <Anchor component={Link} to="/" underline="never" c="inherit">
                <Group gap="xs" wrap="nowrap">
                  <img src={icon} alt="" width={32} height={32} />
                  <Text fw={700} size="lg">
                    {t('shell.name')}
                  </Text>
                </Group>
              </Anchor>
              <Group gap="xs" wrap="nowrap" visibleFrom="sm" component="nav" aria-label={t('shell.places')}>
                <Places />
              </Group>
              <Group gap="xs" wrap="nowrap">
                {me && <Notices />}
                <Languages />
                <Light />
                <Who />
              </Group>
            </Group>
          </Container>
        </AppShell.Header>
        <AppShell.Main id="main" tabIndex={-1}>
          <Container size="lg" px={0}>
            <Offline />
            <Boundary>
              {sandbox && (
                <Suspense fallback={null}>
                  <Ribbon />
                </Suspense>
              )}
              <Outlet />
            </Boundary>
          </Container>
        </AppShell.Main>
        <Group className="foot" hiddenFrom="sm" component="nav" aria-label={t('shell.places')} justify="space-around" wrap="nowrap" gap={0} py={6}>
          <Places />
        </Group>
      </AppShell>
      <OtherTab />
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

/** Another tab has signed in as another person, or out: commands of this one would be that person's. */
function OtherTab() {
  const { t } = useTranslation()
  const other = useOtherTab()
  const me = useMe()
  return (
    <Modal opened={other !== undefined} onClose={() => {}} withCloseButton={false} title={t('otherTab.title')}>
      <Stack>
        <Text size="sm">{other ? t('otherTab.another', { name: other.name }) : t('otherTab.signedOut')}</Text>
        {me && <Text size="sm">{t('otherTab.kept', { name: me.name })}</Text>}
        <Group>
          <Button onClick={() => location.reload()}>{other ? t('otherTab.goOn', { name: other.name }) : t('otherTab.leave')}</Button>
        </Group>
      </Stack>
    </Modal>
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
    <Indicator label={unread > 99 ? '99+' : unread} disabled={unread === 0} size={18} color="red.8" offset={4}>
      <ActionIcon component={Link} to="/notices" variant="subtle" color="gray" c="inherit" size="lg" aria-label={t('shell.notices', { count: unread })}>
        <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden>
          <path d="M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0" />
        </svg>
      </ActionIcon>
    </Indicator>
  )
}

function Languages() {
  const { t, i18n } = useTranslation()
  const other = languages.find((language) => language !== i18n.language)!
  return (
    <Button variant="subtle" color="gray" c="inherit" size="compact-md" px={6} onClick={() => void speak(other)} aria-label={t('shell.speak', { language: other.toUpperCase() })}>
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
  const signOut = useSignOut()
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
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-md"
            maw={{ base: 'max(3.5rem, calc(100vw - 298px))', sm: 240 }}
            rightSection={
              me.isOperator ? (
                <Badge size="xs" visibleFrom="sm">
                  {t('shell.operator')}
                </Badge>
              ) : null
            }
          >
            <Text span inherit truncate lh={1.5}>
              {me.name}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to="/me">
            {t('shell.me')}
          </Menu.Item>
          <Menu.Item onClick={() => signOut.mutate(undefined)}>{t('shell.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={signOut.isError} onClose={signOut.reset} title={t('shell.signOut')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        {signOut.error && <Refused refusal={signOut.error} again={() => signOut.mutate(undefined)} />}
      </Modal>
    </>
  )
}
