using Jangteo.Platform.Http;

namespace Jangteo.Views;

/// <summary>Part of a list that the views keep.</summary>
/// <param name="Next">The cursor of the part after it; null at the end.</param>
/// <param name="Stale">True when what the token in <c>after</c> names has not arrived here yet.</param>
internal sealed record ViewPage<T>(IReadOnlyList<T> Items, string? Next, bool? Stale = null)
{
    public static ViewPage<T> Of(Page<T> page, bool? stale = null) => new(page.Items, page.Next, stale);
}
