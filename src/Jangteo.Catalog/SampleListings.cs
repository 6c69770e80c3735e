using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Input;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;
using Settings = Jangteo.Platform.Settings;

namespace Jangteo.Catalog;

/// <summary>
/// Fills the empty catalogue of a sandbox with what <c>kinds/*/samples.yaml</c> offers, without asking anybody. Listings have one text, as
/// their sellers write it; so that people who read either language find the samples and can read them, a sample is written in both, in that
/// of the installation first.
/// </summary>
internal sealed class SampleListings([FromKeyedServices(Modules.Catalog)] Storage storage, Shelf shelf, Settings settings)
{
    private const string File = "samples.yaml";

    public async Task Offer(CancellationToken ct)
    {
        if (!settings.Sandbox || await storage.Find(HasAny, row => row.GetBoolean(0), ct))
        {
            return;
        }

        var samples = shelf.All.Select(kind => (Kind: kind, Samples: Read(Path.Combine(settings.KindsFolder, kind.Name, File)))).ToArray();
        await storage.Do(Cause.New(), async work =>
        {
            // Of several processes that start at once, one offers them.
            var isTooLate = false;
            await work.Read(ct, (StreamLocks.Take(Modules.Catalog, [Guid.Empty]), _ => { }), (HasAny, row => isTooLate = row.GetBoolean(0)));
            if (isTooLate)
            {
                return;
            }

            var now = storage.Clock.Now;
            foreach (var (kind, sample) in samples.SelectMany(of => of.Samples.Select(sample => (of.Kind, sample))))
            {
                var picture = ReadPicture(kind, sample);
                var listing = new Listing(
                    Ids.New(), 1, kind.Name, SandboxPeople.RefOf(sample.Owner), Text(kind, TextRules.Title, InBoth(sample.Title, " · ")),
                    Text(kind, TextRules.Description, InBoth(sample.Description, "\n\n")), sample.Price, settings.Currency,
                    Status.Registered,
                    kind.Stock == Stock.One, sample.Quantity, new Units(Offered: true, sample.Quantity),
                    sample.Place is { } place ? new Place(Text(kind, TextRules.PlaceName, place.Name), place.Lat, place.Lng) : null,
                    picture is null ? [] : [picture.Id], now)
                {
                    Condition = ConditionOf(kind, sample),
                };
                listing.Insert(work);
                picture?.Insert(work, listing, now);
                listing.Tell(work, Status.Registered, now);
            }
        }, ct);
    }

    private static Sql HasAny => new("select exists (select from listings)");

    /// <summary>The text in each language it has, that of the installation first.</summary>
    private string InBoth(Dictionary<string, string> languages, string between) =>
        string.Join(between, languages.OrderByDescending(text => text.Key == settings.Language).Select(text => text.Value));

    /// <exception cref="InvalidDataException">There is no such condition, or the kind asks for none.</exception>
    private static ItemCondition? ConditionOf(Kind kind, Sample sample) =>
        sample.Condition is not { } word ? null
            : kind.Listing.HasCondition && Words.Find<ItemCondition>(word) is { } condition ? condition
            : throw new InvalidDataException($"{kind.Name}/{File}: \"{word}\" is no condition of a listing of this kind.");

    /// <exception cref="InvalidDataException">A text is none that a person could have entered.</exception>
    private static string Text(Kind kind, TextRule rule, string given) =>
        rule.Read(given, out var text) is null ? text : throw new InvalidDataException(
            $"{kind.Name}/{File}: \"{given}\" is no text of at most {rule.Longest} characters.");

    /// <exception cref="InvalidDataException">The file cannot be read; the message says which and where.</exception>
    private static List<Sample> Read(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            return [];
        }

        try
        {
            return new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<List<Sample>?>(System.IO.File.ReadAllText(path)) ?? [];
        }
        catch (YamlException wrong)
        {
            throw new InvalidDataException($"{path}:{wrong.Start.Line}: {wrong.InnerException?.Message ?? wrong.Message}", wrong);
        }
    }

    /// <summary>
    /// The picture that a sample names, or null when it names none or there is none of that name. The file comes with the program and is
    /// kept as it is: small, and without metadata (a test says so).
    /// </summary>
    /// <exception cref="InvalidDataException">There is a file, and it is no picture.</exception>
    private Picture? ReadPicture(Kind kind, Sample sample)
    {
        var path = Path.Combine(settings.KindsFolder, kind.Name, "pictures", $"{sample.Picture}.webp");
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        var bytes = System.IO.File.ReadAllBytes(path);
        return PictureFile.TypeOf(bytes) is { } type
            ? Picture.Of(new EncodedPicture(new PictureFile(type, bytes), Small: null))
            : throw new InvalidDataException(
            $"{path}: this is no picture.");
    }

    /// <summary>One entry of a file, as written there.</summary>
    internal sealed class Sample
    {
        public string Owner { get; set; } = "";

        public Dictionary<string, string> Title { get; set; } = [];

        public Dictionary<string, string> Description { get; set; } = [];

        public long Price { get; set; }

        public int Quantity { get; set; } = 1;

        /// <summary>new, like-new, good or fair, where the kind asks for it.</summary>
        public string? Condition { get; set; }

        public SamplePlace? Place { get; set; }

        /// <summary>What it looks like: <c>pictures/&lt;word&gt;.webp</c> beside the file. Of one without a picture the pages draw the first letter.</summary>
        public string? Picture { get; set; }
    }

    internal sealed class SamplePlace
    {
        public string Name { get; set; } = "";

        public double Lat { get; set; }

        public double Lng { get; set; }
    }
}
