namespace Jangteo.Platform;

/// <summary>Ids are UUIDv7: new ones sort after old ones, which keeps indexes narrow and lists in order.</summary>
public static class Ids
{
    public static Guid New() => Guid.CreateVersion7();
}
