using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// POST /api/operator/trading/trades/{id}/notes: an operator writes a note for other operators. It is an act about the trade, and is read
/// with the others at <c>GET /api/operator/trading/acts?trade=</c>. The parties see nothing of it.
/// </summary>
internal sealed class AddNote
{
    private const string ActName = "add-note";

    private readonly Trades trades;
    private readonly OperatorCommand<NoteInput> command;

    public AddNote([FromKeyedServices(Modules.Trading)] OperatorCommands commands, Trades trades)
    {
        this.trades = trades;
        command = commands.Define<NoteInput>(ActName, Plan);
    }

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(
            "/api/operator/trading/trades/{id:guid}/notes",
            (Guid id, NewNote body, HttpContext http, CancellationToken ct) =>
                command.Run(http, new NoteInput(id), body.Note, ct, field: "note"))
            .WithName("addNote").WithTags("operator").WithSummary("Adds a note to a trade, which only operators can read.").Produces(204);

    private async Task<PlannedAct> Plan(Work work, Caller caller, NoteInput input, CancellationToken ct)
    {
        var locked = await trades.LockForOperator(work, input.Trade, caller, ct);
        var act = new OperatorAct
        {
            Act = ActName,
            Subject = ActSubject.Of("trade", locked.Trade.Id),
            Context = locked.Trade.Context,
            IsShownToParties = false,
        };
        return PlannedAct.Of(act, () => Answer.NoContent);
    }

    private sealed record NoteInput(Guid Trade);
}

/// <param name="Note">1 to 1,000 characters.</param>
internal sealed record NewNote(string Note);
