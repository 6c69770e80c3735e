import { Alert, Button, Center, Loader, Skeleton, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Refusal } from '../api/client'

const SignInHere = lazy(() => import('../people/SignInHere'))

/** What was asked for, in each of its states: not here yet, refused, empty, and here. */
export function Asked<T>({ answer, empty, children }: { answer: UseQueryResult<T, Refusal>; empty?: (data: T) => ReactNode; children: (data: T) => ReactNode }) {
  if (answer.data !== undefined) {
    return empty?.(answer.data) || children(answer.data)
  }

  return answer.error ? <Refused refusal={answer.error} again={() => void answer.refetch()} /> : <Waiting />
}

export function Waiting() {
  const { t } = useTranslation()
  return (
    <Stack role="status" aria-label={t('answers.loading')} gap="sm">
      <Skeleton height={28} width="60%" />
      <Skeleton height={16} />
      <Skeleton height={16} width="80%" />
      <Skeleton height={120} />
    </Stack>
  )
}

/** Before the program of a page itself has arrived. */
export function Arriving() {
  const { t } = useTranslation()
  return (
    <Center mih="50vh">
      <Loader aria-label={t('answers.loading')} />
    </Center>
  )
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" py="xl" gap="xs" ta="center">
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  )
}

/** A "no", in words: what is the matter, and when to try again. */
export function Refused({ refusal, again }: { refusal: Refusal; again?: () => void }) {
  const { t } = useTranslation()
  const left = useSecondsLeft(refusal.retryAfter, refusal)
  const unreachable = refusal.problem.status === 0
  const isSignedOut = refusal.code === 'unauthenticated'
  const [signsIn, signIn] = useState(false)
  return (
    <Alert color={refusal.problem.status >= 500 || unreachable ? 'orange' : 'red'} role="alert" title={unreachable ? t('answers.unreachable') : refusal.problem.title}>
      <Stack gap="xs" align="flex-start">
        {unreachable && <Text size="sm">{t('answers.nothingLost')}</Text>}
        {refusal.problem.detail && (
          <Text size="sm" c="dimmed">
            {refusal.problem.detail}
          </Text>
        )}
        {isSignedOut && (
          <Button size="xs" onClick={() => signIn(true)}>
            {t('shell.signIn')}
          </Button>
        )}
        {signsIn && (
          <Suspense fallback={null}>
            <SignInHere close={() => signIn(false)} />
          </Suspense>
        )}
        {left > 0 && <Text size="sm">{t('answers.againIn', { count: left })}</Text>}
        {again && (
          <Button size="xs" variant="default" disabled={left > 0} onClick={again}>
            {t('answers.again')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

function useSecondsLeft(seconds: number | null, of: unknown) {
  const [left, setLeft] = useState(seconds ?? 0)
  useEffect(() => {
    setLeft(seconds ?? 0)
    const every = setInterval(() => setLeft((now) => Math.max(0, now - 1)), 1000)
    return () => clearInterval(every)
  }, [seconds, of])
  return left
}
