import { Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { Asked } from '../parts/Answers'
import { modules, Part, Rows, Section, useWord, type Module } from './parts'

/** The checks of every module's data, after a look at what has changed. */
export default function Books() {
  const { t } = useTranslation()
  return (
    <Part title={t('operating.parts.books')} about={t('operating.books.about')}>
      {modules.map((module) => (
        <BooksOf key={module} module={module} />
      ))}
    </Part>
  )
}

function BooksOf({ module }: { module: Module }) {
  const { t } = useTranslation()
  const word = useWord()
  const books = useAsked(['operating', 'books', module], () => GET(`/api/operator/${module}/books`))
  return (
    <Section title={word('modules', module)}>
      <Asked answer={books}>
        {({ checks }) => (
          <Rows>
            {checks.map((check) => (
              <li key={check.code}>
                <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
                  <Stack gap={0}>
                    <Text size="sm" fw={600}>
                      {check.name}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {check.detail}
                    </Text>
                  </Stack>
                  <Badge variant="light" color={check.ok ? 'teal' : 'red'} c="inherit" style={{ flexShrink: 0 }}>
                    {check.ok ? t('operating.books.ok') : t('operating.books.wrong')}
                  </Badge>
                </Group>
              </li>
            ))}
          </Rows>
        )}
      </Asked>
    </Section>
  )
}
