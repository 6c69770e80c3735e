using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;

namespace Jangteo.Views;

/// <summary>What a listing is searched by: its folded title and description, and their grams.</summary>
/// <param name="Grams">Separated by spaces.</param>
internal sealed record SearchedWords(string Words, string Grams)
{
    private const int Batch = 500;

    public static SearchedWords Of(ListingRow row) => Of(row.Title, row.Description);

    /// <summary>
    /// Fills in listings that were stored before there were folded words. Several processes may do it at once: each writes the same.
    /// </summary>
    public static async Task Fill(Storage storage, CancellationToken ct)
    {
        var last = Guid.Empty;
        while (true)
        {
            var rows = await storage.Query(
                new Sql("select id, title, description from listings where words = '' and id > $1 order by id limit $2", last, Batch),
                reader => (Id: reader.GetGuid(0), Words: Of(reader.GetString(1), reader.GetString(2))), ct);
            if (rows.Count == 0)
            {
                return;
            }

            // A listing that has changed meanwhile has its words already.
            await storage.Do(Cause.New(), work =>
            {
                work.Write(
                    """
                    update listings l set words = g.words, grams = string_to_array(g.grams, ' ')
                    from unnest($1::uuid[], $2::text[], $3::text[]) as g (id, words, grams)
                    where l.id = g.id and l.words = ''
                    """,
                    rows.Select(row => row.Id).ToArray(), rows.Select(row => row.Words.Words).ToArray(),
                    rows.Select(row => row.Words.Grams).ToArray());
                return Task.CompletedTask;
            }, ct);
            last = rows[^1].Id;
        }
    }

    private static SearchedWords Of(string title, string description)
    {
        var folded = SearchText.Fold($"{title}\n{description}");
        return new SearchedWords(folded, SearchText.Grams(folded));
    }
}
