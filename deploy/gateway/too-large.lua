-- Who sends too much is heard to the end before he is told: whoever is hung up on while he sends does not hear why.
-- What to say is in txn.too_large. Past some megabytes nobody listens any more.
local most = 16 * 1024 * 1024
local at_once = 64 * 1024

core.register_service("too-large", "http", function(applet)
    local heard = 0
    repeat
        local piece = #applet:receive(at_once)
        heard = heard + piece
    until piece == 0 or heard > most

    local said = applet:get_var("txn.too_large")
    applet:set_status(413)
    applet:add_header("Content-Type", "application/problem+json")
    applet:add_header("Cache-Control", "no-store")
    applet:add_header("Content-Length", #said)
    applet:start_response()
    applet:send(said)
end)
