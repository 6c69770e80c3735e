using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Views;

/// <summary>
/// How a reader is told what the views hold: in their language, in the installation's time zone, with people by the names they have now.
/// </summary>
internal sealed record Wording(Shelf Shelf, Settings Settings, string Language, IReadOnlyDictionary<Guid, string> Names)
{
    public Texts Texts => Shelf.Texts;

    /// <param name="people">Whose names are said.</param>
    public static async Task<Wording> For(
        HttpContext http, Shelf shelf, Settings settings, Storage storage, IEnumerable<Guid> people, CancellationToken ct) =>
        new(shelf, settings, Problems.Language(http), await NamesOf(storage, people, ct));

    /// <summary>The names that people have now. Rows keep those of the moment at which they were written.</summary>
    public static async Task<Dictionary<Guid, string>> NamesOf(Storage storage, IEnumerable<Guid> people, CancellationToken ct)
    {
        var ids = people.Distinct().ToArray();
        return ids.Length == 0 ? []
            : (await storage.Query(new Sql("select id, name from people where id = any($1)", ids), row => (Id: row.GetGuid(0), Name: row.GetString(1)), ct)).ToDictionary(row => row.Id, row => row.Name);
    }

    /// <param name="former">The name to say of a person the views have not heard of.</param>
    public PersonRef Person(Guid id, string former) => new(id, Names.GetValueOrDefault(id, former));

    public string When(DateTimeOffset moment) => Texts.When(TimeZoneInfo.ConvertTime(moment, Settings.Zone), Language);

    public string Money(long amount, string currency) => Texts.Money(amount, Language, currency);
}
