using Jangteo.Contracts;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Platform;

/// <summary>
/// A module as the program sees it: its table of contents. Derived classes name their routes, what they hear, their loops, and what they answer.
/// Its storage, log and commands are registered under its name: <c>[FromKeyedServices(Modules.Trading)] Storage storage</c>.
/// </summary>
public abstract class Module
{
    /// <summary>One of <see cref="Kinds.Modules"/>.</summary>
    public abstract string Name { get; }

    /// <summary>The numbered migrations of its schema, after the Platform's own.</summary>
    public virtual IEnumerable<Migration> Migrations => Storing.Migrations.Of(GetType().Assembly);

    /// <summary>Further schemas of its own, such as the book of the sandbox's provider: schema and migrations. Their storage is registered under the schema's name.</summary>
    public virtual IEnumerable<(string Schema, IReadOnlyList<Migration> Migrations)> FurtherSchemas => [];

    /// <summary>Registers what its use cases need.</summary>
    public virtual void AddTo(IServiceCollection services)
    {
    }

    /// <summary>Its routes, as a table of contents.</summary>
    public virtual void Map(IEndpointRouteBuilder routes)
    {
    }

    /// <summary>What hears the messages sent to it, or null when it hears nothing.</summary>
    public virtual IHear? Hears(IServiceProvider services) => null;

    /// <summary>What answers questions put to it, or null.</summary>
    public virtual IQuestions? Answers(IServiceProvider services) => null;

    /// <summary>
    /// What is connected to nothing with these settings. A kind that needs it is refused at start, and not when money should move.
    /// </summary>
    public virtual IEnumerable<MissingProvider> Missing(Settings settings) => [];

    /// <summary>What it checks of its own data all the time, or null.</summary>
    public virtual IIntegrityChecks? Integrity(IServiceProvider services) => null;

    /// <summary>What can be counted of its business, beside what is counted of every module.</summary>
    public virtual IEnumerable<Figure> Figures(IServiceProvider services) => [];

    /// <summary>What in it needs an operator now.</summary>
    public virtual Task<IReadOnlyList<NeedsAttention>> Attention(IServiceProvider services, CancellationToken ct) =>
        AttentionLists.Parked(services.GetRequiredKeyedService<Storage>(Name), ct);

    /// <summary>Its timers and workers.</summary>
    public virtual IEnumerable<Loop> Loops(IServiceProvider services) => [];

    /// <summary>Done once before the first request, after migrations: for instance storing kinds, or sample people.</summary>
    public virtual Task Start(IServiceProvider services, CancellationToken ct) => Task.CompletedTask;
}
