import { Badge, Button, Card, Group, Stack, Table, Text, Textarea, TextInput, Title as Heading } from '@mantine/core'
import { useIsFetching } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { askAgain } from '../api/asking'
import { Title } from '../parts/Title'

/** The modules that keep books and can have messages parked. */
export const modules = ['trading', 'payments', 'catalog', 'delivery', 'notices', 'views'] as const
export type Module = (typeof modules)[number]

/** A word of the program as people say it; one that nobody has said yet stays as it is. */
export function useWord() {
  const { t } = useTranslation()
  return (sort: 'modules' | 'accounts' | 'errands' | 'problems' | 'verbs' | 'channels' | 'breakers', word: string) =>
    t(`operating.${sort}.${word}` as 'operating.modules.trading', { defaultValue: word })
}

/** The heading of a part. What has no event is asked for again on asking, and never by itself. */
export function Part({ title, about, again = true, children }: { title: string; about: string; again?: boolean; children: ReactNode }) {
  const { t } = useTranslation()
  const looking = useIsFetching({ queryKey: ['operating'] }) > 0
  return (
    <Stack>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={4}>
          <Title>{title}</Title>
          <Text c="dimmed">{about}</Text>
        </Stack>
        {again && (
          <Button variant="default" loading={looking} style={{ flexShrink: 0 }} onClick={() => void askAgain('operating', 'trade')}>
            {t('operating.again')}
          </Button>
        )}
      </Group>
      {children}
    </Stack>
  )
}

export function Section({ id, title, count, children }: { id?: string; title: string; count?: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" id={id} aria-label={title}>
      <Stack gap="sm">
        <Group gap="xs">
          <Heading order={2} size="h4">
            {title}
          </Heading>
          {count !== undefined && (
            <Badge color="gray.7" size="sm">
              {count}
            </Badge>
          )}
        </Group>
        {children}
      </Stack>
    </Card>
  )
}

/** What is wider than a phone: it is moved from side to side, with the keyboard too. */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="wide" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}

/** Figures under their heads, a row for each thing. */
export function Figures({ label, heads: [first, ...heads], rows }: { label: string; heads: string[]; rows: { name: string; cells: ReactNode[] }[] }) {
  return (
    <Wide label={label}>
      <Table style={{ whiteSpace: 'nowrap' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{first}</Table.Th>
            {heads.map((head) => (
              <Table.Th key={head} scope="col" ta="right">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ name, cells }, row) => (
            <Table.Tr key={row}>
              <Table.Th scope="row" fw={400}>
                {name}
              </Table.Th>
              {cells.map((cell, column) => (
                <Table.Td key={column} ta="right">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

/** Thousandths as people say them: 3 %. */
export function usePercent() {
  const { i18n } = useTranslation()
  const format = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 })
  return (permille: number) => format.format(permille / 1000)
}

/** A search field. The search starts when the form is submitted, not at each key press. */
export function SearchField({ label, longest, q, search }: { label: string; longest: number; q: string; search: (word: string) => void }) {
  const { t } = useTranslation()
  const [word, setWord] = useState(q)
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        search(word.trim())
      }}
    >
      <Group gap="xs" align="flex-end">
        <TextInput style={{ flex: '1 1 14rem' }} label={label} maxLength={longest} value={word} onChange={(event) => setWord(event.currentTarget.value)} />
        <Button type="submit">{t('operating.people.search')}</Button>
      </Group>
    </form>
  )
}

/** What an operator is about to do, and why: the reason is recorded with the act. Of a note it is the text, and has a label of its own. */
export function WithReason({
  how,
  label,
  button,
  busy,
  send,
  children,
}: {
  how?: string
  label?: string
  button: string
  busy: boolean
  send: (reason: string) => void
  children?: ReactNode
}) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send(reason.trim())
      }}
    >
      <Stack>
        {how && <Text size="sm">{how}</Text>}
        {children}
        <Textarea
          label={label ?? t('operating.reason.label')}
          required
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus={children ? undefined : true}
        />
        <Button type="submit" loading={busy} disabled={!reason.trim()}>
          {button}
        </Button>
      </Stack>
    </form>
  )
}

/** Things under each other, with a line between them. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className="rows">{children}</ul>
}
