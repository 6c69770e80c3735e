-- A request to a backend without a process that is ready waits until there is one, or for so many milliseconds.
local look_every = 20

local function milliseconds()
    local now = core.now()
    return now.sec * 1000 + now.usec / 1000
end

core.register_action("wait-for-process", { "http-req" }, function(txn, backend, most)
    local gives_up = milliseconds() + tonumber(most)
    while txn.f:nbsrv(backend) == 0 and milliseconds() < gives_up do
        core.msleep(look_every)
    end
end, 2)
