import { Button, SimpleGrid, Stack } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChoosePictures } from './ChoosePictures'

interface Given {
  pictures: File[]
  /** how many there can be */
  most: number
  onChange: (change: (before: File[]) => File[]) => void
}

/** Pictures that are to be sent with a form, and the choice of more. */
export function ChosenPictures({ pictures, most, onChange }: Given) {
  const { t } = useTranslation()
  return (
    <>
      {pictures.length > 0 && (
        <SimpleGrid cols={{ base: 2, xs: 4 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {pictures.map((picture) => (
            <Stack key={picture.name + picture.size} component="li" gap={4}>
              <Preview picture={picture} />
              <Button
                variant="default"
                size="xs"
                aria-label={t('selling.pictures.removeNamed', { name: picture.name })}
                onClick={() => onChange((before) => before.filter((one) => one !== picture))}
              >
                {t('selling.pictures.remove')}
              </Button>
            </Stack>
          ))}
        </SimpleGrid>
      )}
      <ChoosePictures most={most} room={most - pictures.length} onChoose={(more) => onChange((before) => [...before, ...more])} />
    </>
  )
}

/** A picture that lies only here as yet. */
function Preview({ picture }: { picture: File }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(picture)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [picture])
  return <img className="picture" src={address} alt={picture.name} />
}
