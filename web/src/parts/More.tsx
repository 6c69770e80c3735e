import { Button, Center } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface Parts {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
}

/** What follows in a list, on asking. */
export function More({ of }: { of: Parts }) {
  const { t } = useTranslation()
  if (!of.hasNextPage) {
    return null
  }

  return (
    <Center>
      <Button variant="default" loading={of.isFetchingNextPage} onClick={() => of.fetchNextPage()}>
        {t('answers.more')}
      </Button>
    </Center>
  )
}
