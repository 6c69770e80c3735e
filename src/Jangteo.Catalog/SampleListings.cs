using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;
using Settings = Jangteo.Platform.Settings;

namespace Jangteo.Catalog;

/// <summary>Fills the empty catalogue of a sandbox with what <c>kinds/*/samples.yaml</c> offers, in the installation's language, without asking anybody.</summary>
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
                    Ids.New(), 1, kind.Name, SandboxPeople.RefOf(sample.Owner), Text(kind, TextRules.Title, In(sample.Title)),
                    Text(kind, TextRules.Description, In(sample.Description)), sample.Price, settings.Currency, Status.Registered,
                    kind.Stock == Stock.One, sample.Quantity, new Units(Offered: true, sample.Quantity),
                    sample.Place is { } place ? new Place(Text(kind, TextRules.PlaceName, place.Name), place.Lat, place.Lng) : null,
                    picture is null ? [] : [picture.Id], now);
                listing.Insert(work);
                picture?.Insert(work, listing, now);
                listing.Tell(work, Status.Registered, now);
            }
        }, ct);
    }

    private static Sql HasAny => new("select exists (select from listings)");

    private string In(Dictionary<string, string> languages) => languages.GetValueOrDefault(settings.Language) ?? languages.Values.FirstOrDefault() ?? "";

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
        return PictureFile.TypeOf(bytes) is { } type ? Picture.Of(new PictureFile(type, bytes)) : throw new InvalidDataException(
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
