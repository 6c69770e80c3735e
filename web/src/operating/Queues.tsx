import { Badge, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { Asked, Empty } from '../parts/Answers'
import { Part, Section, useWord, Wide } from './parts'

const figures = ['unsent', 'unread', 'intentions', 'aside', 'parked'] as const

/** Whether everything has come to rest, and whom the modules do not ask for a while. */
export default function Queues() {
  const { t, i18n } = useTranslation()
  const word = useWord()
  const rest = useAsked(['operating', 'rest'], () => GET('/api/operator/rest'))
  const breakers = useAsked(['operating', 'breakers'], () => GET('/api/operator/breakers'))
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <Part title={t('operating.parts.queues')} about={t('operating.queues.about')}>
      <Section title={t('operating.queues.title')}>
        <Asked answer={rest}>
          {({ atRest, items }) => (
            <>
              <Text fw={600}>{atRest ? t('operating.queues.atRest') : t('operating.queues.busy')}</Text>
              <Wide label={t('operating.queues.title')}>
                <Table miw={560}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('operating.queues.module')}</Table.Th>
                      {figures.map((figure) => (
                        <Table.Th key={figure} ta="right">
                          {t(`operating.queues.${figure}`)}
                        </Table.Th>
                      ))}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {items.map((module) => (
                      <Table.Tr key={module.module}>
                        <Table.Td>{word('modules', module.module)}</Table.Td>
                        {figures.map((figure) => (
                          <Table.Td key={figure} ta="right" fw={module[figure] > 0 ? 700 : undefined}>
                            {number.format(module[figure])}
                          </Table.Td>
                        ))}
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Wide>
            </>
          )}
        </Asked>
      </Section>
      <Section title={t('operating.queues.breakers')}>
        <Asked answer={breakers} empty={({ items }) => items.length === 0 && <Empty title={t('operating.queues.none')} />}>
          {({ items }) => (
            <Wide label={t('operating.queues.breakers')}>
              <Table miw={480}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('operating.queues.who')}</Table.Th>
                    <Table.Th>{t('operating.queues.state')}</Table.Th>
                    <Table.Th ta="right">{t('operating.queues.asked')}</Table.Th>
                    <Table.Th ta="right">{t('operating.queues.heldOff')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((breaker) => (
                    <Table.Tr key={`${breaker.asker} ${breaker.module}`}>
                      <Table.Td>{`${word('modules', breaker.asker)} → ${word('modules', breaker.module)}`}</Table.Td>
                      <Table.Td>
                        <Badge variant="light" color={breaker.state === 'closed' ? 'teal' : 'red'} c="inherit">
                          {word('breakers', breaker.state)}
                        </Badge>
                      </Table.Td>
                      <Table.Td ta="right">{number.format(breaker.asked)}</Table.Td>
                      <Table.Td ta="right">{number.format(breaker.heldOff)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Wide>
          )}
        </Asked>
      </Section>
    </Part>
  )
}
