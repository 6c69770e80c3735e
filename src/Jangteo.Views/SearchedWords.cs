using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;

namespace Jangteo.Views;

/// <summary>What a listing is searched by: its folded title, description and name of its place, and their grams.</summary>
/// <param name="Grams">Separated by spaces.</param>
internal sealed record SearchedWords(string Words, string Grams)
{
    private const int Batch = 500;

    public static SearchedWords Of(ListingRow row) => Of(row.Title, row.Description, row.Place);

    /// <summary>
    /// Fills in listings whose words an earlier release made: they are of another revision than the listing. Several processes may do it
    /// at once: each writes the same.
    /// </summary>
    public static async Task Fill(Storage storage, CancellationToken ct)
    {
        var last = Guid.Empty;
        while (true)
        {
            var rows = await storage.Query(
                new Sql(
                    """
                    select id, revision, title, description, place
                    from listings
                    where words_revision is distinct from revision and id > $1
                    order by id
                    limit $2
                    """,
                    last, Batch),
                reader => (
                    Id: reader.GetGuid(0), Revision: reader.GetInt32(1),
                    Words: Of(reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4))), ct);
            if (rows.Count == 0)
            {
                return;
            }

            // A listing that has changed meanwhile has its words already, or has them made at the next start.
            await storage.Do(Cause.New(), work =>
            {
                work.Write(
                    """
                    update listings l set words = g.words, grams = string_to_array(g.grams, ' '), words_revision = g.revision
                    from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) as g (id, revision, words, grams)
                    where l.id = g.id and l.revision = g.revision
                    """,
                    rows.Select(row => row.Id).ToArray(), rows.Select(row => row.Revision).ToArray(),
                    rows.Select(row => row.Words.Words).ToArray(), rows.Select(row => row.Words.Grams).ToArray());
                return Task.CompletedTask;
            }, ct);
            last = rows[^1].Id;
        }
    }

    private static SearchedWords Of(string title, string description, string? place)
    {
        var folded = SearchText.Fold(place is null ? $"{title}\n{description}" : $"{title}\n{description}\n{place}");
        return new SearchedWords(folded, SearchText.Grams(folded));
    }
}
