import { Alert, Button, FileButton, List, Stack, Text } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fitting, types } from './pictures'

interface Given {
  /** how many there can be */
  most: number
  /** how many more there is room for */
  room: number
  busy?: boolean
  onChoose: (pictures: File[]) => void
}

/** Chooses pictures, and says of those that cannot be taken why. */
export function ChoosePictures({ most, room, busy = false, onChoose }: Given) {
  const { t } = useTranslation()
  const [wrong, setWrong] = useState<string[]>([])
  const reset = useRef<() => void>(null)
  const choose = async (files: File[]) => {
    reset.current?.()
    const good: File[] = []
    const bad: string[] = []
    for (const file of files) {
      const fit = good.length < room ? await fitting(file) : 'tooMany'
      if (typeof fit === 'string') {
        bad.push(t(`selling.pictures.${fit}`, { name: file.name, most }))
      } else {
        good.push(fit)
      }
    }

    setWrong(bad)
    if (good.length > 0) {
      onChoose(good)
    }
  }

  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" c="dimmed">
        {t('selling.pictures.how', { most })}
      </Text>
      <FileButton onChange={(files) => void choose(files)} accept={types.join(',')} multiple resetRef={reset} disabled={room <= 0}>
        {(button) => (
          <Button variant="default" loading={busy} disabled={room <= 0} {...button}>
            {t('selling.pictures.add')}
          </Button>
        )}
      </FileButton>
      {wrong.length > 0 && (
        <Alert color="red" role="alert">
          <List size="sm">
            {wrong.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  )
}
