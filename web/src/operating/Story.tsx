import { Badge, Group, Stack, Text, Title as Heading } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useKind } from '../api/asking'
import type { Shape, Trade } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { When } from '../parts/When'
import { Rows, useWord } from './parts'

type Line = Shape['TimelineLine']

const colors: Record<string, string> = {
  command: 'teal',
  event: 'blue',
  question: 'grape',
  refusal: 'red',
  answer: 'cyan',
  notice: 'gray',
  money: 'orange',
  evidence: 'violet',
  operator: 'red',
}

/** All that happened about a trade: what followed from one request stands together. */
export function Story({ lines, trade }: { lines: Line[]; trade: Trade }) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const word = useWord()
  const who = (line: Line) =>
    line.person
      ? `${line.person.name} (${kind?.parties[line.actor ?? ''] ?? line.actor})`
      : line.actor === 'time'
        ? t('operating.story.time')
        : word('modules', line.actor ?? line.module)
  const chapters = Map.groupBy(lines, (line) => line.correlation)
  return (
    <Stack component="ol" p={0} m={0} gap="md" style={{ listStyle: 'none' }}>
      {[...chapters].map(([correlation, chapter]) => {
        const first = chapter.find((line) => line.what === 'question' || line.what === 'command') ?? chapter[0]!
        return (
          <li key={correlation}>
            <Heading order={3} size="h5">
              {first.label}
            </Heading>
            <Text size="sm" c="dimmed">
              {who(first)} · <When at={chapter[0]!.at} />
            </Text>
            <Rows>
              {chapter.map((line) => (
                <li key={line.id}>
                  <Group gap="xs" wrap="nowrap" align="flex-start">
                    <Badge size="sm" variant="light" color={colors[line.what] ?? 'gray'} c="inherit" miw={76} style={{ flexShrink: 0 }}>
                      {t(`operating.story.what.${line.what as 'command'}`, { defaultValue: line.what })}
                    </Badge>
                    <Told line={line} trade={trade} who={who(line)} />
                  </Group>
                </li>
              ))}
            </Rows>
          </li>
        )
      })}
    </Stack>
  )
}

function Told({ line, trade, who }: { line: Line; trade: Trade; who: string }) {
  const { t } = useTranslation()
  const word = useWord()
  const amount = useAmounts()
  const kind = useKind(trade.kind)
  const state = (name: string) => kind?.states.find((one) => one.state === name)?.label ?? (name === 'start' ? t('operating.story.start') : name)
  const asked = (line.asked as string[]).map((verb) => word('verbs', verb)).join(', ')
  return (
    <Stack gap={0}>
      <Text size="sm">{line.label}</Text>
      <Text size="xs" c="dimmed">
        {[
          who,
          ...(line.from && line.to ? [`${state(line.from)} → ${state(line.to)}`] : []),
          ...(line.revision ? [t('operating.trade.revision', { revision: line.revision })] : []),
        ].join(' · ')}
      </Text>
      {line.reason && <Text size="sm">“{line.reason}”</Text>}
      {asked && <Text size="xs">{t('operating.story.asks', { verbs: asked })}</Text>}
      {line.amount !== null && line.amount > 0 && <Text size="xs">{amount(line.amount, trade.currency)}</Text>}
      {line.told.map((telling) => (
        <Text key={telling.notice + telling.channel} size="xs">
          {`${telling.person.name}: ${word('channels', telling.channel)}, ${t(`operating.story.status.${telling.status as 'sent'}`, { defaultValue: telling.status })}`}
        </Text>
      ))}
      {line.journals.map((journal) => (
        <Text key={journal.id} size="xs">
          {journal.entries.map((entry) => `${word('accounts', entry.account.split(':')[0]!)} ${amount(entry.amount, trade.currency)}`).join(' · ')}
        </Text>
      ))}
    </Stack>
  )
}
