namespace Jangteo.Platform.Http;

/// <summary>Something that the views show a moment after it was changed.</summary>
public interface IViewed
{
    /// <summary>What to wait for in the views, as <c>?after=</c>: <c>&lt;module&gt;:&lt;stream&gt;:&lt;revision&gt;</c>.</summary>
    string Token { get; }
}
