import { Button, Group, Stack, Switch, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ParseKeys } from 'i18next'
import { useMe } from '../api/session'
import { Asked, Refused } from '../parts/Answers'
import { useFaults, useSwitch } from './asked'

/** What is broken on purpose, in groups by what breaks. A switch is everybody's. */
export function Faults() {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const faults = useFaults()
  const turn = useSwitch()
  const say = (key: string, otherwise: string) => (i18n.exists(key) ? t(key as ParseKeys) : otherwise)
  return (
    <Asked answer={faults}>
      {({ items }) => (
        <Stack>
          <Text size="sm">{t('lab.faultsWhat')}</Text>
          {!me && <Text size="sm">{t('lab.asSomebody')}</Text>}
          <Group>
            <Button
              variant="default"
              size="compact-md"
              disabled={!me || turn.isPending || items.every((fault) => !fault.on)}
              onClick={() => turn.mutate(Object.fromEntries(items.filter((fault) => fault.on).map((fault) => [fault.name, false])))}
            >
              {t('lab.allOff')}
            </Button>
          </Group>
          {turn.error && <Refused refusal={turn.error} />}
          {Object.entries(Object.groupBy(items, (fault) => groupOf(fault.name))).map(([group, some]) => (
            <Stack key={group} gap="xs" role="group" aria-label={say(`lab.groups.${group}`, group)}>
              <Title order={3} size="h5">
                {say(`lab.groups.${group}`, group)}
              </Title>
              {some!.map((fault) => (
                <Switch
                  key={fault.name}
                  label={say(`lab.fault.${fault.name}.is`, fault.name)}
                  description={say(`lab.fault.${fault.name}.then`, '')}
                  // As it was put, until the market says how it is.
                  checked={(turn.isPending ? turn.variables[fault.name] : undefined) ?? fault.on}
                  disabled={!me}
                  onChange={(event) => turn.mutate({ [fault.name]: event.currentTarget.checked })}
                />
              ))}
            </Stack>
          ))}
        </Stack>
      )}
    </Asked>
  )
}

/** What breaks stands before the first dash; an SMS is carried for the same people as an alarm. */
function groupOf(fault: string) {
  const what = fault.split('-')[0]!
  return what === 'sms' ? 'alarms' : what
}
