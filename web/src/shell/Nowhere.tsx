import { Button, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Empty } from '../parts/Answers'

export default function Nowhere() {
  const { t } = useTranslation()
  return (
    <>
      <Title order={1} ta="center" pt="xl">
        {t('nowhere.title')}
      </Title>
      <Empty title={t('nowhere.text')}>
        <Button component={Link} to="/">
          {t('nowhere.home')}
        </Button>
      </Empty>
    </>
  )
}
