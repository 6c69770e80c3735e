using System.Collections.Concurrent;
using System.Text;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using SkiaSharp;

namespace Jangteo.Tests.Catalog;

/// <summary>What is made of an uploaded picture.</summary>
public sealed class Encoding_pictures : IDisposable
{
    private static readonly Asker Minji = new(Ids.New(), 0);
    private static readonly Asker Home = new(Guid.Empty, 1);

    private readonly PictureEncoder encoder = new();
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_it_was_taken_is_not_kept()
    {
        var given = TestPictures.FromPhone(orientation: 1, width: 600, height: 400);
        Assert.Contains("Secret street", Encoding.Latin1.GetString(given));

        var picture = await Encode(given);

        foreach (var file in new[] { picture.File, picture.Small! })
        {
            var text = Encoding.Latin1.GetString(file.Bytes);
            Assert.DoesNotContain("Secret street", text);
            Assert.DoesNotContain("Exif", text);
        }
    }

    [Theory]
    [InlineData(1, false, "left")]
    [InlineData(2, false, "right")]
    [InlineData(3, false, "right")]
    [InlineData(4, false, "left")]
    [InlineData(5, true, "top")]
    [InlineData(6, true, "top")]
    [InlineData(7, true, "bottom")]
    [InlineData(8, true, "bottom")]
    public async Task It_stands_upright_as_the_phone_was_held(int orientation, bool isTurned, string redSide)
    {
        using var upright = TestPictures.Decoded((await Encode(TestPictures.FromPhone(orientation, width: 64, height: 32))).File.Bytes);

        Assert.Equal(isTurned ? (32, 64) : (64, 32), (upright.Width, upright.Height));
        var (x, y) = redSide switch
        {
            "left" => (4, upright.Height / 2),
            "right" => (upright.Width - 5, upright.Height / 2),
            "top" => (upright.Width / 2, 4),
            _ => (upright.Width / 2, upright.Height - 5),
        };
        Assert.True(IsRed(upright.GetPixel(x, y)), $"{redSide} is {upright.GetPixel(x, y)}");
        Assert.False(IsRed(upright.GetPixel(upright.Width - 1 - x, upright.Height - 1 - y)));
    }

    [Theory]
    [InlineData(4000, 1000, 2048, 512, 480, 120)]
    [InlineData(1000, 3000, 683, 2048, 160, 480)]
    [InlineData(640, 480, 640, 480, 480, 360)]
    public async Task It_has_at_most_2048_pixels_on_the_longer_side_and_a_small_copy_of_480(
        int width, int height, int keptWidth, int keptHeight, int smallWidth, int smallHeight)
    {
        var picture = await Encode(TestPictures.Jpeg(width, height));

        using var kept = TestPictures.Decoded(picture.File.Bytes);
        using var small = TestPictures.Decoded(picture.Small!.Bytes);
        Assert.Equal((keptWidth, keptHeight, smallWidth, smallHeight), (kept.Width, kept.Height, small.Width, small.Height));
    }

    [Fact]
    public async Task What_is_small_is_not_made_larger_and_has_no_small_copy()
    {
        var picture = await Encode(TestPictures.Png(480, 100));

        using var kept = TestPictures.Decoded(picture.File.Bytes);
        Assert.Equal((480, 100, null), (kept.Width, kept.Height, picture.Small));
    }

    [Fact]
    public async Task What_is_opaque_becomes_a_JPEG_and_what_shines_through_a_WebP()
    {
        Assert.Equal("image/jpeg", (await Encode(TestPictures.Jpeg())).File.Type);
        Assert.Equal("image/jpeg", (await Encode(TestPictures.Webp())).File.Type);
        var transparent = (await Encode(TestPictures.Png(isTransparent: true))).File;
        Assert.Equal(("image/webp", "image/webp"), (transparent.Type, PictureFile.TypeOf(transparent.Bytes)));
        using var kept = TestPictures.Decoded(transparent.Bytes);
        Assert.Equal((255, 0), (kept.GetPixel(2, 6).Alpha, kept.GetPixel(13, 6).Alpha));
    }

    [Fact]
    public async Task A_bomb_is_refused_by_what_its_header_says()
    {
        var bomb = TestPictures.PngOf(50_000, 50_000);
        var before = GC.GetTotalAllocatedBytes();

        Assert.Equal("too-many-pixels", await RefusalOf(bomb));
        Assert.Equal("too-many-pixels", await RefusalOf(TestPictures.PngOf(5001, 5000)));

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 10_000_000);
    }

    [Fact]
    public async Task A_JPEG_that_goes_over_its_pixels_again_and_again_is_refused()
    {
        Assert.Equal("picture-unreadable", await RefusalOf(TestPictures.WithScans(20_000)));
    }

    [Fact]
    public async Task A_damaged_picture_is_refused_and_never_a_fault()
    {
        var good = new[] { TestPictures.Jpeg(200, 200), TestPictures.Png(200, 200, isTransparent: true), TestPictures.Webp(200, 200), TestPictures.FromPhone(6, 200, 200) };
        var random = new Random(8);
        foreach (var picture in good)
        {
            Assert.Equal("picture-unreadable", await RefusalOf(picture[..(picture.Length / 2)]));
            for (var round = 0; round < 30; round++)
            {
                var damaged = picture[..random.Next(1, picture.Length + 1)];
                for (var hit = random.Next(8); hit >= 0; hit--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                await RefusalOf(damaged);
            }
        }
    }

    [Fact]
    public async Task A_person_who_sends_many_waits_behind_their_own_and_others_are_heard()
    {
        var given = Many();
        var small = TestPictures.Jpeg();

        var greedy = given.Select(RefusalOf).ToArray();
        var other = await encoder.Encode(small, "other", new Asker(Ids.New(), 0), Home, ct);
        var answers = await Task.WhenAll(greedy);

        Assert.NotNull(other);
        Assert.InRange(answers.Count(answer => answer == Refusals.TooManyRequests), 1, given.Length - 8);
        Assert.All(answers.Where(answer => answer != Refusals.TooManyRequests), answer => Assert.Null(answer));
    }

    [Fact]
    public async Task Many_accounts_of_one_address_do_not_keep_others_from_their_turn()
    {
        var done = new ConcurrentQueue<string>();
        var given = Many();
        var small = TestPictures.Jpeg();

        var accounts = given.Select((picture, number) => Encode(picture, $"{number}", Home)).ToArray();
        await Encode(small, "other", new Asker(Guid.Empty, 2));
        await Task.WhenAll(accounts);

        // Four of the address were in line before it. Each that is done lets in the next, which is in line behind it.
        Assert.InRange(done.ToList().IndexOf("other"), 0, given.Length / 2);

        async Task Encode(byte[] picture, string name, Asker from)
        {
            await Record.ExceptionAsync(() => encoder.Encode(picture, name, new Asker(Ids.New(), 0), from, ct));
            done.Enqueue(name);
        }
    }

    /// <summary>Pictures that differ, made beforehand so that they are sent at once.</summary>
    private static byte[][] Many() => [.. Enumerable.Range(0, 30).Select(number => TestPictures.Jpeg(800 + number, 800))];

    /// <summary>
    /// The memory is that of the whole process, so it is looked at only when the test runs alone:
    /// <c>JANGTEO_LONG=1 ... -method '*takes_a_bounded_part_of_memory'</c>.
    /// </summary>
    [Fact]
    public async Task Decoding_the_largest_pictures_at_once_takes_a_bounded_part_of_memory()
    {
        var isAlone = Environment.GetEnvironmentVariable("JANGTEO_LONG") == "1";
        var pictures =
            new[] { TestPictures.Jpeg(5000, 5000), TestPictures.Png(5000, 5000, isTransparent: true), TestPictures.Webp(5000, 5000) };
        var before = Memory("VmRSS");

        var encoded = await Task.WhenAll(
            Enumerable.Range(0, isAlone ? 15 : pictures.Length)
                .Select(number => encoder.Encode(pictures[number % pictures.Length], $"{number}", new Asker(Ids.New(), 0), Home, ct)));

        var grown = Memory("VmHWM") - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{grown / 1024} MB at most, {(Memory("VmRSS") - before) / 1024} MB afterwards");
        Assert.All(encoded, Assert.NotNull);
        if (isAlone)
            Assert.InRange(grown / 1024, 0, 400);

        static long Memory(string name) =>
            long.Parse(
                File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal))
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    [Fact]
    public async Task The_same_one_sent_often_at_once_is_encoded_once()
    {
        var given = TestPictures.Jpeg(1200, 1200);

        var pictures = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Encode(given)));

        Assert.Single(pictures.Select(picture => picture.File).Distinct(ReferenceEqualityComparer.Instance));
    }

    [Fact]
    public void The_pictures_that_come_with_the_kinds_are_small_and_say_nothing_but_how_they_look()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "kinds"), "*.webp", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var bytes = File.ReadAllBytes(file);
            var text = Encoding.Latin1.GetString(bytes);
            Assert.DoesNotContain("EXIF", text);
            Assert.DoesNotContain("XMP ", text);
            using var codec = SKCodec.Create(new MemoryStream(bytes));
            Assert.InRange(Math.Max(codec.Info.Width, codec.Info.Height), 1, PictureEncoder.LongestSide);
        });
    }

    public void Dispose() => encoder.Dispose();

    private Task<EncodedPicture> Encode(byte[] given) => encoder.Encode(given, PictureFile.HashOf(given), Minji, Home, ct);

    /// <summary>What is wrong with a picture, or null when it is taken. Any other fault is one of ours.</summary>
    private async Task<string?> RefusalOf(byte[] given)
    {
        try
        {
            await Encode(given);
            return null;
        }
        catch (RefusedException refused) when (refused.Refusal.Code is Refusals.Busy or Refusals.TooManyRequests)
        {
            return refused.Refusal.Code;
        }
        catch (RefusedException refused)
        {
            Assert.Equal(Refusals.Invalid, refused.Refusal.Code);
            return Assert.Single(refused.Refusal.Fields!["picture"]).Word;
        }
    }

    private static bool IsRed(SKColor color) => color is { Red: > 150, Blue: < 100 };
}
