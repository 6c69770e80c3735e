import type { Shape } from '../api/client'

export const types = ['image/jpeg', 'image/png', 'image/webp']
const largestBytes = 2 * 1024 * 1024
const longestSide = 1600

/** A picture as the market takes it, or what is wrong with it. What a telephone makes is often larger than 2 MB: it is made smaller here. */
export async function fitting(file: File): Promise<File | 'noPicture' | 'tooLarge'> {
  if (!types.includes(file.type)) {
    return 'noPicture'
  }

  if (file.size <= largestBytes) {
    return file
  }

  const smaller = await shrunk(file)
  return smaller && smaller.size <= largestBytes ? new File([smaller], file.name, { type: smaller.type }) : 'tooLarge'
}

async function shrunk(file: File): Promise<Blob | null> {
  let picture
  try {
    picture = await createImageBitmap(file)
  } catch {
    // What the browser cannot read it cannot make smaller.
    return null
  }

  const scale = Math.min(1, longestSide / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85))
}

/** For a request whose body is a picture as it is. */
export function asBody(picture: File) {
  return {
    body: picture as unknown as Shape['IFormFile'],
    bodySerializer: (body: Shape['IFormFile']) => body as unknown as BodyInit,
    headers: { 'Content-Type': picture.type },
  }
}
