using System.Collections.Concurrent;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using SkiaSharp;

namespace Jangteo.Platform.Pictures;

/// <summary>
/// Turns an uploaded file into a picture that can be shown to others: the pixels only, upright, of a bounded size. Where and when it was
/// taken, by whom and with what stays behind. What the header says is checked before anything is decoded, and one picture is decoded at a
/// time, so that memory stays bounded. People take turns: however many pictures one person or one address sends, another person's waits for
/// a few of them at most.
/// </summary>
public sealed class PictureEncoder : IDisposable
{
    /// <summary>Of a picture as it is kept.</summary>
    public const int LongestSide = 2048;

    /// <summary>Of the small copy for lists.</summary>
    public const int LongestSmallSide = 480;

    /// <summary>What phones take, and 100 MB when decoded.</summary>
    private const int MostPixels = 25_000_000;

    /// <summary>A progressive JPEG has about ten. Each costs a pass over all pixels, and an empty one next to no bytes.</summary>
    private const int MostScans = 64;

    private const int Quality = 85;

    /// <summary>Uploads of one person that wait behind each other: those of one listing.</summary>
    private const int MostWaitingOfOne = 7;

    private readonly Shares turns = new(new ShareLimits
    {
        AtOnce = 1,
        Anonymous = 1,
        PerPerson = 1,
        PerAddress = 1,

        // So many people of one address stand in line with those of other addresses; the others wait behind them.
        PeopleOfOneAddress = 4,
        Queue = MostWaitingOfOne,
        Patience = TimeSpan.FromSeconds(20),
    });

    private readonly ConcurrentDictionary<(Asker, string), Lazy<Task<EncodedPicture>>> underWay = new();

    /// <param name="hash">
    /// Of the file. The same one sent several times at once by one person, as a command is that is sent again, is encoded once.
    /// </param>
    /// <param name="owner">The person who sends it.</param>
    /// <param name="from">Their address.</param>
    /// <exception cref="RefusedException">
    /// It is no picture, is damaged, or is too large to be decoded; or many of the same person or of others wait.
    /// </exception>
    public async Task<EncodedPicture> Encode(byte[] given, string hash, Asker owner, Asker from, CancellationToken ct)
    {
        CheckHeader(given);
        var encoding = underWay.GetOrAdd((owner, hash), key => new Lazy<Task<EncodedPicture>>(() => EncodeInTurn(given, key, from)));
        return await encoding.Value.WaitAsync(ct);
    }

    public void Dispose() => turns.Dispose();

    private async Task<EncodedPicture> EncodeInTurn(byte[] given, (Asker Owner, string Hash) key, Asker from)
    {
        try
        {
            using var turn = await turns.Take(key.Owner, CancellationToken.None, from);

            // Decoding takes up to a second of CPU, which is not the request's thread to spend.
            return await Task.Run(() => EncodeNow(given));
        }
        finally
        {
            underWay.TryRemove(key, out _);
        }
    }

    /// <summary>Refuses by what the file says of itself, before any pixel is decoded.</summary>
    internal static void CheckHeader(byte[] given)
    {
        if (PictureFile.TypeOf(given) is not { } type)
        {
            throw Refused(Wrong.Picture);
        }

        using var data = SKData.CreateCopy(given);
        using var codec = SKCodec.Create(data) ?? throw Refused(Wrong.PictureUnreadable);
        if (codec.Info is not { Width: > 0, Height: > 0 } info)
        {
            throw Refused(Wrong.PictureUnreadable);
        }

        if ((long)info.Width * info.Height > MostPixels)
        {
            throw Refused(Wrong.TooManyPixels(MostPixels / 1_000_000));
        }

        if (type == "image/jpeg" && ScansOf(given) > MostScans)
        {
            throw Refused(Wrong.PictureUnreadable);
        }
    }

    private static EncodedPicture EncodeNow(byte[] given)
    {
        using var data = SKData.CreateCopy(given);
        using var codec = SKCodec.Create(data) ?? throw Refused(Wrong.PictureUnreadable);
        using var decoded = Decode(codec);
        using var upright = Drawn(decoded, codec.EncodedOrigin, LongestSide);
        using var small =
            Math.Max(upright.Width, upright.Height) > LongestSmallSide ? Drawn(upright, SKEncodedOrigin.TopLeft, LongestSmallSide) : null;
        return new EncodedPicture(FileOf(upright), small is null ? null : FileOf(small));
    }

    /// <summary>Decodes at the smallest scale that the format can and that is large enough still.</summary>
    private static SKBitmap Decode(SKCodec codec)
    {
        var size = new SKSizeI(codec.Info.Width, codec.Info.Height);
        var scale = (float)LongestSide / Math.Max(size.Width, size.Height);
        if (scale < 1 && codec.GetScaledDimensions(scale) is var scaled && Math.Max(scaled.Width, scaled.Height) >= LongestSide)
        {
            size = scaled;
        }

        var isOpaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var bitmap = new SKBitmap(
            new SKImageInfo(
                size.Width, size.Height, SKColorType.Rgba8888, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul,
                SKColorSpace.CreateSrgb()));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) == SKCodecResult.Success)
        {
            return bitmap;
        }

        // Half a picture is damaged too: what is missing would be kept as a grey area for good.
        bitmap.Dispose();
        throw Refused(Wrong.PictureUnreadable);
    }

    /// <summary>The picture as it is meant to be looked at, with a longer side of at most so many pixels. Never made larger.</summary>
    private static SKBitmap Drawn(SKBitmap from, SKEncodedOrigin origin, int longest)
    {
        var isSideways =
            origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var (width, height) = isSideways ? (from.Height, from.Width) : (from.Width, from.Height);
        var scale = Math.Min(1f, (float)longest / Math.Max(width, height));
        var to = new SKBitmap(
            from.Info.WithSize(Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale))));
        using var canvas = new SKCanvas(to);
        canvas.Scale((float)to.Width / width, (float)to.Height / height);
        canvas.Concat(Upright(origin, from.Width, from.Height));
        // Only of what cannot change is the image no second copy.
        from.SetImmutable();
        using var image = SKImage.FromBitmap(from);
        canvas.DrawImage(image, 0, 0, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return to;
    }

    /// <summary>Turns and mirrors a picture of a size by what its camera noted (EXIF 2.3, Orientation).</summary>
    private static SKMatrix Upright(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };

    /// <summary>A JPEG, or where something shines through a WebP. Nothing but pixels goes into either.</summary>
    private static PictureFile FileOf(SKBitmap picture)
    {
        var isOpaque = picture.AlphaType == SKAlphaType.Opaque;
        using var encoded = picture.Encode(isOpaque ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Webp, Quality);
        return new PictureFile(isOpaque ? "image/jpeg" : "image/webp", encoded.ToArray());
    }

    /// <summary>How often a JPEG begins a scan. Within one, the byte FF is always followed by something else.</summary>
    private static int ScansOf(ReadOnlySpan<byte> jpeg)
    {
        var scans = 0;
        while (jpeg.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) is >= 0 and var at)
        {
            scans++;
            jpeg = jpeg[(at + 2)..];
        }

        return scans;
    }

    private static RefusedException Refused(Wrong wrong) => new(Refusal.Invalid("picture", wrong));
}
