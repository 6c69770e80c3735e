using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>How people are reached now, for the module that writes to them.</summary>
internal sealed class FindContacts([FromKeyedServices(Modules.Identity)] Storage storage) : IContacts
{
    public async Task<IReadOnlyList<PersonChanged>> Find(IReadOnlyList<Guid> people, CancellationToken ct) =>
        await storage.Query(
            new Sql($"select {Person.Columns} from people where id = any($1)", people.ToArray()), row => Person.Read(row).Changed, ct);
}
